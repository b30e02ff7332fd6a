//! Sealing: what the database keeps of an authenticator app opens nothing without the server's secret.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use doorward_core::id::UserId;
use zeroize::Zeroizing;

use super::{
    super::{Answer, Dice, Refusal},
    Users,
};

impl Users {
    /// Seals `plain` for `user`: a random nonce, then AES-256-GCM under a key of this user's own.
    pub(super) fn seal(&self, dice: &dyn Dice, user: &UserId, plain: &[u8]) -> Answer<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        dice.fill(&mut nonce)?;
        let mut text = plain.to_vec();
        self.sealing_key(user)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(user.as_str()), &mut text)
            .map_err(Refusal::internal)?;
        Ok([nonce.as_slice(), text.as_slice()].concat())
    }

    /// Opens what was sealed for `user`.
    pub(super) fn unseal(&self, user: &UserId, sealed: &[u8]) -> Answer<Zeroizing<Vec<u8>>> {
        let (nonce, text) =
            sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(|| Refusal::internal("a sealed secret is too short"))?;
        let mut text = Zeroizing::new(text.to_vec());
        let key = self.sealing_key(user)?;
        let opened =
            key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(user.as_str()), text.as_mut_slice());
        let plain = opened.map_err(|_| Refusal::internal("a sealed secret does not open"))?;
        Ok(Zeroizing::new(plain.to_vec()))
    }

    fn sealing_key(&self, user: &UserId) -> Answer<LessSafeKey> {
        let key = Zeroizing::new(self.derive("totp-seal", user.as_str().as_bytes())?);
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(Refusal::internal)?))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{super::SystemDice, Hardness, UserParts},
        *,
    };

    fn users(secret: u8) -> Users {
        let hardness = Hardness { kib: 8, passes: 1 };
        Users::new(UserParts {
            url: String::new(),
            secret: Zeroizing::new([secret; 32]),
            hardness,
            providers: Default::default(),
        })
    }

    #[test]
    fn what_is_sealed_for_one_opens_for_nobody_else() {
        let (ada, eve) = (UserId::parse("ada").unwrap(), UserId::parse("eve").unwrap());
        let sealed = users(1).seal(&SystemDice, &ada, b"twenty bytes of key.").unwrap();
        assert_eq!(users(1).unseal(&ada, &sealed).unwrap().as_slice(), b"twenty bytes of key.");
        assert!(users(1).unseal(&eve, &sealed).is_err() && users(2).unseal(&ada, &sealed).is_err());
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert!(users(1).unseal(&ada, &bent).is_err() && users(1).unseal(&ada, &sealed[..5]).is_err());
        assert_ne!(users(1).seal(&SystemDice, &ada, b"twenty bytes of key.").unwrap(), sealed);
    }
}
