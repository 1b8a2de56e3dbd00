"""The voice: who hears what, the ledger of every letter to every person, and how letters leave the house."""
