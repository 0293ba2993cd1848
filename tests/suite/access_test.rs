//! To be written with its area.
