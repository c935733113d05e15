"""Subscriptions: who agreed to get bulk mail, by which way, and how they leave."""
