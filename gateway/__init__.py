"""The GraphQL edge. Holds no database credentials and no business rule."""
