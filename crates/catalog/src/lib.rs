//! sillage-catalog
