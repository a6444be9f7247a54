// The alarm was raised by the plain form before the page's modules had loaded, and modules
// do run here: go on with the live page, which finds the call by the device cookie.
location.replace("/");
