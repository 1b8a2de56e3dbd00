"""The checker: reads what the sinks took and what the tables hold by plain SQL, and shares no code with the product."""
