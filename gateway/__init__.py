"""The GraphQL edge: who asks, may they, what do they get. Holds no database credentials and no business rule."""
