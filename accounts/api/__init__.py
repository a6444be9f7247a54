"""The doors of accounts: phone verification, and who may knock."""
