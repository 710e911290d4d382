//! Every page in every state.
