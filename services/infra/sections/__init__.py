"""The sections of the settings' tree, by what they are about; services/infra/settings.py puts them together."""
