"""The proof: kills the engine at named points and at any instant, and looks from outside whether it kept its promise.

Nothing of the product knows of it. What it does to the product is planted from outside, in the process that is killed.
"""
