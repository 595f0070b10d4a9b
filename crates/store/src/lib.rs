//! sillage-store
