declare module 'https://ramp.example.com/rampgate.js' {
  export * from 'rampgate';
}
