"""The published contract of events, written from the code: JSON Schemas, an AsyncAPI document, what may change."""
