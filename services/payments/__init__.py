"""Every charge and how it went. The only place that talks to the payment provider."""
