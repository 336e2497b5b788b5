"""Texts of libraries that our pages show and whose Spanish is missing or says tú: translated in our catalogue."""

from nanduti.methods.values import mark

BORROWED = (
    mark("Use authenticator app or code"),
    mark("Use a security key"),
    mark("Be patient, you are sending too many requests."),
    mark("You cannot generate recovery codes without having two-factor authentication enabled."),
    mark("The username and/or password you specified are not correct."),
    mark("Username"),
    mark("Code"),
    mark("Authenticator code"),
)
