"""How Kosh is put to work: on one machine (`local`), in containers, in production."""
