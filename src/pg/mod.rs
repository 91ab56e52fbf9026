//! `PostgreSQL` sessions: connect, query, values, transactions, catalogue, cancellation.
