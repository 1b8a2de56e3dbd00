"""How letters travel: each transport opens what it needs, yields a function that sends one parcel, and closes."""
