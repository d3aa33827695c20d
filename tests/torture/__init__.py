"""The harness that tries to cause posts sent twice, lost, or out of order: `make torture`."""
