//! Blocks, witnesses and the revm oracle.
