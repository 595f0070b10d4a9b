//! sillage-behavior
