"""The internal HTTP between gateway and services: one way to serve a service's face, one way to call it.

A call is `POST /internal/<context>/<operation>` with a JSON object of arguments and the internal token. The error
tree travels as it is: 422 with `problems` for a refusal, 503 with `dependency` for what is unavailable.
"""
