//! sillage-xtask
