//! sillage-api
