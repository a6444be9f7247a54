"""The proof: who may open which door, what each answer carries, and what floods do."""
