//! sillage-query
