//! Values that must not be seen.

use zeroize::{DefaultIsZeroes, Zeroize, optimization_barrier};

/// A value that is wiped on drop and can't be printed, serialised or compared.
///
/// Compare what [`expose`](Secret::expose) gives with `subtle`.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// Shows the value.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Shows the value, to be changed in place.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Secret<T> {
        Secret(value)
    }
}

/// A long secret: a vector that is wiped on drop, as fast as memory is written.
///
/// [`Zeroize`] wipes an element at a time.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct SecretVec<T: DefaultIsZeroes>(Vec<T>);

impl<T: DefaultIsZeroes> SecretVec<T> {
    /// Takes values into custody.
    pub fn new(values: Vec<T>) -> SecretVec<T> {
        SecretVec(values)
    }

    /// Shows the values.
    pub fn expose(&self) -> &[T] {
        &self.0
    }

    /// Shows the values, to be changed in place.
    pub fn expose_mut(&mut self) -> &mut [T] {
        &mut self.0
    }

    fn wipe(&mut self) {
        self.0.fill(T::default());
        // What lies behind the values too.
        self.0.resize(self.0.capacity(), T::default());
        optimization_barrier(self.0.as_slice());
    }
}

impl<T: DefaultIsZeroes> Drop for SecretVec<T> {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_secret_is_wiped_with_what_lies_behind_it() {
        let mut values = vec![7_u64; 100];
        values.truncate(60);
        let mut secret = SecretVec::new(values);
        assert_eq!(secret.expose(), [7; 60]);
        secret.wipe();
        assert_eq!(secret.expose(), [0; 100]);
    }
}
