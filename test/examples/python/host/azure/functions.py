"""What function_app.py takes from azure-functions, which comes from PyPI alone: routes, requests and responses."""

from types import SimpleNamespace

AuthLevel = SimpleNamespace(ANONYMOUS="anonymous", FUNCTION="function")
HttpRequest = SimpleNamespace


class FunctionApp:
    def __init__(self):
        self.routes = {}

    def route(self, route, methods, auth_level):
        def register(function):
            self.routes[route] = function
            return function

        return register


class HttpResponse:
    def __init__(self, body, *, status_code, headers, mimetype):
        self.body, self.status_code, self.headers, self.mimetype = body, status_code, headers or {}, mimetype
