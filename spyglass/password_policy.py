"""Why a directory refuses a new password: its answer to a change in, a sentence for the person out."""

import logging
from typing import Any

from pyasn1.codec.ber import decoder  # type: ignore[import-untyped]
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]
from pyasn1.type import namedtype, tag, univ  # type: ignore[import-untyped]

log = logging.getLogger(__name__)

PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"  # noqa: S105 - the control of draft-behera-ldap-password-policy

UNREADABLE = "The directory did not accept this password. Try a longer one with other characters."
REASONS = {  # the error codes of the password policy's answer
    3: "Your password cannot be changed here. Ask your teacher.",
    4: "The old password is missing.",
    5: "The new password is too simple. Use more, and more different, characters.",
    6: "The new password is too short. Use at least 8 characters.",
    7: "You changed your password only a moment ago. Try again later.",
    8: "You have used this password before. Choose a new one.",
}
RESULTS = {  # LDAP's own result codes, where there is no such answer
    2: "This directory does not offer a change of password here. Ask your teacher where to change it.",
    19: UNREADABLE,
    50: "Your password cannot be changed here. Ask your teacher.",
    53: "This directory does not offer a change of password here. Ask your teacher where to change it.",
}


class _PolicyAnswer(univ.Sequence):  # type: ignore[misc] # pyasn1 is untyped
    """PasswordPolicyResponseValue, as far as it is read here."""

    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's name
        namedtype.OptionalNamedType(
            "warning", univ.Any().subtype(implicitTag=tag.Tag(tag.tagClassContext, tag.tagFormatConstructed, 0))
        ),
        namedtype.OptionalNamedType(
            "error", univ.Enumerated().subtype(implicitTag=tag.Tag(tag.tagClassContext, tag.tagFormatSimple, 1))
        ),
    )


def reason(result: dict[str, Any]) -> str:
    """For a result that is not success."""
    control = (result.get("controls") or {}).get(PASSWORD_POLICY)
    if control:
        try:
            answer, _rest = decoder.decode(control["value"], asn1Spec=_PolicyAnswer())
        except PyAsn1Error:
            log.warning("directory: unreadable answer of the password policy")
        else:
            if answer["error"].hasValue():
                return REASONS.get(int(answer["error"]), UNREADABLE)
    return RESULTS.get(result["result"], UNREADABLE)
