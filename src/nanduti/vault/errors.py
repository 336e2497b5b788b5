"""What can go wrong at the vault, said to a person. No sentence quotes an identity."""

from nanduti.methods.values import NandutiError, PersonError, mark


class VaultClosed(NandutiError):
    """A value was encrypted under a key that the ring does not hold."""

    code = "vault.closed"
    title = mark("The vault cannot be opened")
    sentence = mark("A value was locked with the key {key_id}, which this installation does not hold.")
    remedy = mark(
        "Put the former key back where it was, in “vault.key” or in NANDUTI_VAULT_KEYS. If another is in use "
        "meanwhile, give both in NANDUTI_VAULT_KEYS, the present one first, with a comma between them."
    )


class VaultTampered(NandutiError):
    """A stored value does not belong where it stands, or was changed."""

    code = "vault.tampered"
    title = mark("A locked value was changed")
    sentence = mark("The stored {field} of {pseudonym} cannot be unlocked: it was changed or moved.")
    remedy = mark("Restore the vault from a backup and tell the custodian.")


class IdentityMissing(PersonError):
    """Nobody is kept behind this pseudonym."""

    code = "vault.identity_missing"
    title = mark("Nothing is kept")
    sentence = mark("The vault keeps nothing about {pseudonym}.")
    remedy = mark("Enter the name or contact first.")


class SecondFactorMissing(PersonError):
    """A custodian without a second factor tried to open the vault."""

    code = "vault.second_factor_missing"
    title = mark("A second factor is needed")
    sentence = mark("Whoever opens the vault must sign in with a second factor.")
    remedy = mark("Set up your second factor under “My account”, then try again.")


class OwnRequest(PersonError):
    """Somebody tried to decide what they asked for themselves."""

    code = "vault.own_request"
    title = mark("Not your own request")
    sentence = mark("Nobody decides about what they asked for themselves.")
    remedy = mark("Ask another custodian to decide.")


class AlreadyDecided(PersonError):
    """A request that no longer waits."""

    code = "vault.already_decided"
    title = mark("Already decided")
    sentence = mark("This request no longer waits: it is {state}.")
    remedy = mark("Reload the page to see what was decided, by whom and why.")


class ExpiryRefused(PersonError):
    """An expiry that is missing, past or too far away."""

    code = "vault.expiry_refused"
    title = mark("This expiry cannot be used")
    sentence = mark("The expiry must lie after {earliest} and not after {latest}.")
    remedy = mark("Choose an earlier day; what is still needed then can be asked for again.")


class ReasonMissing(PersonError):
    """A refusal or revocation without a reason that can be read aloud."""

    code = "vault.reason_missing"
    title = mark("Say why")
    sentence = mark("A refusal needs a reason that can be read aloud to whoever asked.")
    remedy = mark("Write one sentence, such as “The firm asked not to be called this season”.")


class FieldsRefused(PersonError):
    """Fields that do not exist, were not asked for, or none at all."""

    code = "vault.fields_refused"
    title = mark("Choose what to reveal")
    sentence = mark("These cannot be chosen here: {fields}.")
    remedy = mark("Choose at least one of the fields that were asked for.")


class NotRevealed(PersonError):
    """The viewer holds no right to these fields now."""

    code = "vault.not_revealed"
    title = mark("This is kept by the municipality")
    sentence = mark("You hold no grant that shows this about {pseudonym} today.")
    remedy = mark("Ask the municipality: three lines are enough.")


class UploadGone(PersonError):
    """An upload that was dropped, or never was."""

    code = "vault.upload_gone"
    title = mark("The file is no longer kept")
    sentence = mark("The uploaded file was removed after its import or after a day.")
    remedy = mark("Hand the file in again.")
