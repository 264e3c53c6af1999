// What people do, sent. In: an address and values. Out: the answer, or why not in a sentence for them.

export async function send(address, values = {}) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(values);
  const answer = await fetch(address, { method: "POST", headers, body }).catch(() => null);
  if (!answer) return { problem: "There is no connection right now. Try again in a moment." };
  if (answer.status === 204) return { problem: "" };
  if (answer.status === 401) return { problem: "You are signed out. Load this page again to sign in." };
  try {
    const said = await answer.json();
    return answer.ok ? { problem: "", said } : { problem: said.message };
  } catch { // not one of ours: the gateway's, or an error page
    return { problem: "That did not work. Try again in a moment." };
  }
}
