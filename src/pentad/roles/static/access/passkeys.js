// Passkey ceremonies. A form with data-passkey="sign-in", "get" or "create" has a hidden input
// "credential" and a button data-passkey-start, which shows only where the browser knows passkeys.
// "get" and "create" find the server's options in data-passkey-options, "sign-in" fetches them.
(() => {
  const forms = document.querySelectorAll('form[data-passkey]');
  if (!window.PublicKeyCredential || !window.isSecureContext) {
    for (const form of forms) say(form, form.dataset.passkey === 'sign-in' ? '' : 'This browser offers passkeys only over https or on localhost.');
    return;
  }

  for (const form of forms) {
    const button = form.querySelector('[data-passkey-start]');
    button.hidden = false;
    button.addEventListener('click', async () => {
      say(form, '');
      try {
        form.elements.credential.value = JSON.stringify(await ceremony(form));
        form.submit();
      } catch (fault) {
        say(form, fault.name === 'NotAllowedError' ? 'That was cancelled or took too long. Try again.' : fault.message);
      }
    });
  }

  function ceremony(form) {
    if (form.dataset.passkey === 'create') return create(form);
    if (form.dataset.passkey === 'get') return window.webauthnJSON.get(given(form).request_options);
    return signIn(form);
  }

  async function create(form) {
    const options = structuredClone(given(form).creation_options);
    const passwordless = Boolean(form.elements.passwordless?.checked);
    Object.assign(options.publicKey.authenticatorSelection, {
      residentKey: passwordless ? 'required' : 'discouraged',
      requireResidentKey: passwordless,
      ...(passwordless && { userVerification: 'required' }),
    });
    return window.webauthnJSON.create(options);
  }

  async function signIn(form) {
    const answer = await fetch(form.action, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error('The server did not answer. Try again.');
    return window.webauthnJSON.get((await answer.json()).request_options);
  }

  function given(form) {
    return JSON.parse(form.dataset.passkeyOptions);
  }

  function say(form, text) {
    const place = form.querySelector('[data-passkey-fault]');
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
  }
})();
