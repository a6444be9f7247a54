"""A day at the switchboard, any day: phones, consoles and the clock do as they please.

What they do are the real actions. What the model knows is only what a phone or a
console knows: who tapped what, who holds which epoch, whose line is dead.
"""
