"""What we talk about: frozen values and pure functions. No I/O, no clock, no Qt."""
