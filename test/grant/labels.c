/* A provider of security labels that takes any, as Azure's does: PostgreSQL refuses those of one that nobody registered. */

struct magic {
  int length;
  int version, arguments, keys, names, floats;
  char vendor[32];
#if VERSION >= 18
  const char *name, *text;
#endif
};

extern void register_label_provider(const char *provider, void (*check)(const void *object, const char *label));

static void accept(const void *object, const char *label) {}

const struct magic *Pg_magic_func(void) {
  static const struct magic magic = {sizeof(struct magic), VERSION * 100, 100, 32, 64, 1, "PostgreSQL"};
  return &magic;
}

void _PG_init(void) {
  register_label_provider("pgaadauth", accept);
}
