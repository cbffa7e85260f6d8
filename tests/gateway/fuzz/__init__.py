"""Operations that nobody thought of: made from the served schema, valid and slightly invalid."""
