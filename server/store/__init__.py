"""What is kept: the database, the shred keys, the sealed files.

Every repository is a module of functions that take a transaction (`Tx`) first, so that a caller puts what belongs
together into one: `async with database.write() as tx: await rooms.create(tx, ...); await audit.append(tx, ...)`.
Whatever could name a person or a meeting comes in and goes out sealed (`*_sealed`); tokens and secrets come in hashed.
"""
