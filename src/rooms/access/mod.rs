//! Access Control: who may do what, where, and by what; assigned in a dialog, in a matrix, by CSV.
