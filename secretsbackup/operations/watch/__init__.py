"""Watch: how each profile stands, what is due, and what someone should hear of."""
