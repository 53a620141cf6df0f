"""Sending: requests to a service, at the pace that is asked for, and what stands in their way put right."""
