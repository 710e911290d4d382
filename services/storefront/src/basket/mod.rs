//! The basket as the storefront knows it: the last one seen, and the changes that wait to be handed over.
