//! The STARK of the uVM.
