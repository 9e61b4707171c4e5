"""VREC1, the sealed container (docs/recording-format.md): bytes in, bytes out, no files.

Writer: `Writer(key, room=, recording=, created_ms=, max_pt=)`, `.start()`, `.data(bytes, t_ms)`, `.patch(offset, bytes)`,
`.finish(length_ms)`, each giving a list of records to append. Reader: `Reader(read_at, size, key, room=, recording=)`.
"""
