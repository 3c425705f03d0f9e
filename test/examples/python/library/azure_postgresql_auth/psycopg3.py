"""A psycopg connection that is told its credential, and leaves user and password alone where both are given."""

from psycopg import Connection


class EntraConnection(Connection):
    @classmethod
    def connect(cls, *args, credential, user, password, **kwargs):
        return super().connect(*args, user=user, password=password, **kwargs)
