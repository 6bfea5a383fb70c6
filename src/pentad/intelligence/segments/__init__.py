"""Segments: ask anything of everyone. `definition` is what may be asked, `text` how it reads, `compile` how it is answered."""
