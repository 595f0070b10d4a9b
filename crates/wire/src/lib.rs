//! sillage-wire
