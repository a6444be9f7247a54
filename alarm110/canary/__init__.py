"""The canary: one made-up alarm through the real doors of a running server.

It is told apart by its key alone, knows the wire as any page does, and touches neither
the database nor the models. ``doors`` speaks, ``journey`` walks the nine steps.
"""
