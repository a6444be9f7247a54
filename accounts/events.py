"""What accounts tells the floors above, inside the transaction that made it true.

These four signals are the only ones that carry our flow (DESIGN, section 4): accounts
lies below everything and may import nothing of it.
"""

from django.dispatch import Signal

# A phone number was verified. Arguments: caller (the Caller it now is), former (the
# anonymous Caller that verified, or the same one).
caller_verified = Signal()
# A role was given or taken. Arguments: user.
role_changed = Signal()
# Somebody must be cut off at once: disabled, signed out, password changed.
# Arguments: user.
rights_revoked = Signal()
# A caller's name or number changed. Arguments: caller.
personal_data_changed = Signal()
