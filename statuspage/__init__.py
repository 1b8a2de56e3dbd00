"""What the public sees: pages, components, public incidents, bulletins, maintenance, subscribers.

It knows nothing of incidents: what it cannot import it cannot leak.
"""
