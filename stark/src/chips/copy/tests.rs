//! Honest calls against a byte-by-byte oracle, mutations, forgeries and the deletion score.

mod deletion;
mod forge;
mod honest;
mod shape;
mod sim;
